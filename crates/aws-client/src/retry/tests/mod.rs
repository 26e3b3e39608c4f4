//! The retries as a whole: the SDK's clients against scripted responses, in
//! virtual time, and a class under quotas.

mod class;
mod tries;
