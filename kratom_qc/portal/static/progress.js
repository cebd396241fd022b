// Shows a certificate's page again as soon as it is judged.
"use strict";
const shown = document.querySelector("[data-progress]");
const events = new EventSource(shown.dataset.progress);
events.addEventListener("status", (event) => {
  if (event.data === "waiting") { return; }
  events.close();
  location.reload();
});
events.addEventListener("end", () => events.close());
