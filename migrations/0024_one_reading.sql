-- One reading of a website at a time: the newest has the claim, and an older one that finds itself without it stops.
ALTER TABLE knowledge_sources ADD COLUMN reading text;
