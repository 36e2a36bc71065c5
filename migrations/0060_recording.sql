-- A recording that is paused says by whom: what the caller stopped is not the organization's to resume. One that was
-- erased because the caller took their consent back leaves the conversation and no sound.
ALTER TABLE conversations ADD COLUMN recording_paused_by text CHECK (recording_paused_by IN ('caller', 'operator'));
ALTER TABLE conversations DROP CONSTRAINT conversations_recording_state_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_recording_state_check
  CHECK (recording_state IN ('none', 'recording', 'paused', 'ready', 'partial', 'expired', 'erased'));
