-- How full a cell is, counted where it is claimed: making a company costs the same however many there are.

ALTER TABLE control.cells ADD COLUMN tenants integer NOT NULL DEFAULT 0;
UPDATE control.cells AS cell
SET tenants = (
    SELECT count(*)
    FROM control.tenants AS tenant
    WHERE tenant.cell_id = cell.id AND tenant.state <> 'deleted'
);
-- A cell that is over-full already keeps its companies and takes no more.
UPDATE control.cells SET max_tenants = greatest(max_tenants, tenants);
ALTER TABLE control.cells ADD CONSTRAINT cells_room CHECK (tenants BETWEEN 0 AND max_tenants);
ALTER TABLE control.cells ADD CONSTRAINT cells_dsn UNIQUE NULLS NOT DISTINCT (dsn);
