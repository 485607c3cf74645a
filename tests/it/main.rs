//! needledrop as its users run it: the built program, in a folder of its own, judged by what it prints and how it ends.

mod bad_input;
mod batch;
mod dictionary;
mod ends;
mod first_corpus;
mod formats;
mod generated;
mod harness;
mod hostile;
mod http;
mod json;
mod layout;
mod mapping;
mod names;
mod odd;
mod oracle;
mod readme;
mod serve;
mod server;
mod trust;
mod upkeep;
