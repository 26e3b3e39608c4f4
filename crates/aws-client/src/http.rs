//! The HTTP client of all SDK clients: whom it trusts, and when it uses a proxy.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use common::settings::ca_bundle;
use common::{Failure, Result, loopback};

/// A client that trusts the configured certificates beside the system's, and
/// sends requests to this machine directly, all others through the proxy that
/// the environment names.
///
/// # Errors
/// If TLS cannot be set up.
pub(crate) fn client() -> Result<SharedHttpClient> {
    let mut trusted = TrustStore::default();
    if let Some(pem) = ca_bundle::pem() {
        trusted.add_pem_certificate(pem);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trusted)
        .build()
        .map_err(|error| Failure::failed(format!("Cannot prepare HTTPS: {error}")))?;
    Ok(SharedHttpClient::new(ByHost {
        direct: with_proxy(tls.clone(), ProxyConfig::disabled()),
        proxied: with_proxy(tls, ProxyConfig::from_env()),
    }))
}

/// The SDK's default client, but for TLS and the proxy.
fn with_proxy(tls: TlsContext, proxy: ProxyConfig) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(proxy.clone())
            .tls_provider(Provider::rustls(CryptoMode::AwsLc))
            .tls_context(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Chooses between two clients by the host of a request.
#[derive(Debug)]
struct ByHost<T> {
    /// For this machine, which a proxy could not reach.
    direct: T,
    /// For everything else.
    proxied: T,
}

impl HttpClient for ByHost<SharedHttpClient> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ByHost {
            direct: self.direct.http_connector(settings, components),
            proxied: self.proxied.http_connector(settings, components),
        })
    }
}

impl HttpConnector for ByHost<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if url::Url::parse(request.uri()).is_ok_and(|url| loopback::is_loopback(&url)) {
            self.direct.call(request)
        } else {
            self.proxied.call(request)
        }
    }
}
