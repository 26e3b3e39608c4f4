//! The retries as a whole: the SDK's clients against scripted answers, in
//! virtual time, and a class against quotas.

mod class;
mod tries;
