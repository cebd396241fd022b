"""What each setting does, in a sentence: every environment variable but the caps, which say it
themselves (`settings.Caps`)."""

from __future__ import annotations

EFFECTS = {
    "KRATOM_QC_EXPECTATIONS": "the folder of rulebooks by which is judged",
    "KRATOM_QC_INBOX": "where certificates arrive beside the portal",
    "KRATOM_QC_STORE": "where everything is kept",
    "KRATOM_QC_HOME_MARKETS": "markets that a batch's own verdict includes; us unless set",
    "KRATOM_QC_FACTS": "what vendors declare of their products, where no certificate says it",
    "KRATOM_QC_HOLD_OVERDUE": "yes: a rulebook that nobody compared for too long holds batches",
    "KRATOM_QC_TEXTS": "texts that somebody has read; unless set, texts.toml where `serve` began",
    "KRATOM_QC_LABORATORIES": "laboratories that are known, with what they are accredited for",
    "KRATOM_QC_HOLD_LABORATORIES": "yes: what that register does not vouch for holds batches",
    "KRATOM_QC_LEDGER": "the database of the ledger, in place of a file in the store",
    "KRATOM_QC_HEADS": "where the ledger's newest entry is written after every pass",
    "KRATOM_QC_SETTLE_SECONDS": "how long nobody may have written to a file of the inbox",
    "KRATOM_QC_REQUIRED_PANELS": "of which family of hazards something must have been tested",
    "KRATOM_QC_LAYOUTS": "a folder of layouts of laboratories",
    "KRATOM_QC_PASS_FILES": "how many files one pass takes at most, the oldest first",
    "KRATOM_QC_MIN_FREE_MIB": "how much of the disk stays free: below it nothing is judged",
    "KRATOM_QC_BACKUPS": "where a copy of the store is made every night",
    "KRATOM_QC_NOTIFY": "who is told what, and how",
    "KRATOM_QC_NOTIFY_HOLD_DAYS": "after how many days on hold a batch is told of again",
    "KRATOM_QC_OUTBOX": "the folder of what vendors get back",
    "KRATOM_QC_PAGES_URL": "where notices say that pages are",
    "KRATOM_QC_BUCKET": "the bucket that is brought to what counts after every pass",
    "KRATOM_QC_DASK": "whose workers read the files, in place of this machine's",
    "KRATOM_QC_CACHE": "where lies what can be made again",
    "KRATOM_QC_DEBUG": "set: commands end with the trace of an error",
    "KRATOM_QC_LOG": "text or json: how a line of the log looks",
    "KRATOM_QC_LOG_LEVEL": "the least that is logged; WARNING unless set",
}
