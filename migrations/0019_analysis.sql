-- What the analyses of a project's errors go by.

-- Where its source is: an address of http or https, or a folder of the workers' machine.
alter table projects add column repository text;
grant update (repository) on projects to bugsage_app;
