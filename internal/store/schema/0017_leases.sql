-- When the attempt began that its target works on under a lease, which ends at next_at; NULL when there is none.
ALTER TABLE deliveries ADD COLUMN leased_at INTEGER;
CREATE INDEX deliveries_leased ON deliveries (id) WHERE leased_at IS NOT NULL;
-- The delivery whose attempt carries this one too; '' when it is attempted by itself.
ALTER TABLE deliveries ADD COLUMN carried_by TEXT NOT NULL DEFAULT '';
