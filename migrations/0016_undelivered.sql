-- Letters of a case that did not arrive, as long as nobody has seen to them: JSON, as the case has
-- them. Can be made again from `event` by `redress rebuild`.
ALTER TABLE "case" ADD COLUMN undelivered TEXT NOT NULL DEFAULT '[]';
