mod known;
mod result;
mod rules;
