-- Sources that are read from a website: `url` is where reading begins, `knowledge_pages` what was found at its last reading.
ALTER TABLE knowledge_sources DROP CONSTRAINT knowledge_sources_kind_check;
ALTER TABLE knowledge_sources ADD CONSTRAINT knowledge_sources_kind_check CHECK (kind IN ('text', 'faq', 'file', 'url'));
ALTER TABLE knowledge_sources
  ADD COLUMN url         text NOT NULL DEFAULT '' CHECK (length(url) <= 2000),
  ADD COLUMN most_pages  integer NOT NULL DEFAULT 1 CHECK (most_pages BETWEEN 1 AND 200),
  ADD COLUMN refresh_s   integer CHECK (refresh_s >= 86400),   -- null: only when somebody asks for it
  ADD COLUMN refresh_at  timestamptz,                          -- when it is read again by itself
  ADD COLUMN read_at     timestamptz,
  ADD COLUMN last_change jsonb NOT NULL DEFAULT '{}';          -- {added, changed, removed, unchanged}: what the last reading found

CREATE TABLE knowledge_pages (
  org_id      uuid NOT NULL,
  source_id   text NOT NULL,
  url         text NOT NULL CHECK (length(url) <= 2000),
  title       text NOT NULL DEFAULT '',
  digest      bytea,                        -- SHA-256 of its text; null when it was never read
  characters  integer NOT NULL DEFAULT 0,
  missed      text,                         -- why it could not be read at the last try
  read_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, source_id, url),
  FOREIGN KEY (org_id, source_id) REFERENCES knowledge_sources (org_id, id) ON DELETE CASCADE
);
CALL protect('knowledge_pages');

-- The page that a passage stands on; empty for what the operator wrote.
ALTER TABLE knowledge_chunks ADD COLUMN url text NOT NULL DEFAULT '';
