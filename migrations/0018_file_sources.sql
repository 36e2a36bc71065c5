-- Sources that were read out of a file: `content` is its text as Markdown, `origin` the name that the file had.
ALTER TABLE knowledge_sources DROP CONSTRAINT knowledge_sources_kind_check;
ALTER TABLE knowledge_sources ADD CONSTRAINT knowledge_sources_kind_check CHECK (kind IN ('text', 'faq', 'file'));
ALTER TABLE knowledge_sources ADD COLUMN origin text NOT NULL DEFAULT '' CHECK (length(origin) <= 200);
