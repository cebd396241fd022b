// Files that are dropped or chosen are sent one by one, and each says what became of it. Without
// this script the form does the same with a page for each answer.
"use strict";
const form = document.querySelector(".drop");
const input = form.querySelector("input[type=file]");
const list = document.querySelector(".sent");
document.documentElement.classList.add("scripted");

function line(name) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const state = document.createElement("span");
  link.textContent = name;
  state.textContent = "is being sent";
  state.className = "soft";
  item.append(link, state);
  list.prepend(item);
  return { link, state };
}

function say(state, text, kind) {
  state.textContent = text;
  state.className = "tag " + kind;
}

function watch(address, state) {
  const events = new EventSource(address + "/progress");
  events.addEventListener("status", (event) => {
    if (event.data === "waiting") { say(state, "is being read", "waiting"); }
  });
  events.addEventListener("verdict", (event) => {
    const words = JSON.parse(event.data);
    say(state, words.text, words.kind);
  });
  events.addEventListener("end", () => events.close());
}

async function send(file) {
  const { link, state } = line(file.name);
  const body = new FormData();
  body.append("form_token", form.elements.form_token.value);
  body.append("file", file);
  try {
    const answer = await fetch("/send", { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) { say(state, said.error, "fail"); return; }
    link.href = "/certificates/" + said.sha256[0];
    watch(link.href, state);
  } catch (error) {
    say(state, "could not be sent; try again", "fail");
  }
}

async function sendAll(files) {
  for (const file of files) { await send(file); }
  input.value = "";
}

form.addEventListener("submit", (event) => {
  if (input.files.length) { event.preventDefault(); sendAll([...input.files]); }
});
for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => { event.preventDefault(); form.classList.add("over"); });
}
for (const kind of ["dragleave", "drop"]) {
  form.addEventListener(kind, () => form.classList.remove("over"));
}
form.addEventListener("drop", (event) => { event.preventDefault(); sendAll([...event.dataTransfer.files]); });
