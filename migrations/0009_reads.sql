-- For lists: which errors a list does not show. Entries of merged and deleted errors alone: an
-- occurrence of another error writes nothing here.

-- The root of each error that is merged into another.
create index error_state_roots on error_state (organization_id, error_id) include (root_id) where root_id <> error_id;
-- How many states of a time are not to be counted.
create index error_state_hidden on error_state (organization_id, project_id, last_seen)
    where root_id <> error_id or status = 'deleted';
