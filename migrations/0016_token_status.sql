-- Of a carrier's token it can be told when and by whom it was set, and its last four characters; the token never.
ALTER TABLE phone_lines ADD COLUMN token_set_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE phone_lines ADD COLUMN token_set_by text NOT NULL
  DEFAULT coalesce(NULLIF(current_setting('app.actor', true), ''), 'unknown');
ALTER TABLE phone_lines ADD COLUMN token_last_four text NOT NULL DEFAULT '';
