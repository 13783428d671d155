mod result;
mod rules;
