//! The ways to tokens that this program knows.

/// An authorization grant, RFC 6749 section 1.3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Grant {
    /// A person signs in, in a browser that brings back a code (section 4.1).
    AuthorizationCode,
    /// A person signs in on another device (RFC 8628).
    DeviceCode,
    /// The client asks in its own name (section 4.4).
    ClientCredentials,
}

impl Grant {
    /// Whether a person signs in.
    pub(crate) fn has_person(self) -> bool {
        self != Grant::ClientCredentials
    }
}
