-- SPDX-License-Identifier: Apache-2.0
-- The weights that votes were counted with by the channel that they came through.

ALTER TABLE reporting.tally ADD COLUMN channel_weights text NOT NULL DEFAULT '';
ALTER TABLE reporting_check.tally ADD COLUMN channel_weights text NOT NULL DEFAULT '';
COMMENT ON COLUMN reporting.tally.channel_weights IS
'What votes weighed by channel, as web+kiosk:30,booth+paper:70; empty where all counted alike.';
