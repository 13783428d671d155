mod domains;
mod names;
mod rights;
mod rules;
mod table;
