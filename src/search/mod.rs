//! A request to ranked hits: query, matching, ranking, passages.

pub mod query;
pub mod request;
pub mod response;
