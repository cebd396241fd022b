-- The newest verdict of every batch: its own (market null) and that of every market.
CREATE OR REPLACE VIEW latest_verdicts AS
SELECT * FROM verdicts
QUALIFY rank() OVER (PARTITION BY batch_id ORDER BY sequence DESC NULLS LAST, judged_on DESC, pass_id DESC) = 1;

-- What holds or fails every batch now. The rulebook `eu` has no market of its own and counts where one extends it.
CREATE OR REPLACE VIEW findings_that_decided AS
SELECT v.verdict, f.*
FROM latest_verdicts v JOIN findings f USING (pass_id, batch_id)
WHERE v.market IS NULL AND f.decides AND f.outcome <> 'PASS'
  AND (f.market IS NULL OR list_contains(v.home_markets, f.market)) AND f.rulebook <> 'eu';

-- The results of every certificate that a newest verdict rests on.
CREATE OR REPLACE VIEW results_current AS
SELECT r.* FROM results r JOIN latest_verdicts v ON v.batch_id = r.batch_id AND list_contains(v.certificates, r.sha256)
WHERE v.market IS NULL;
