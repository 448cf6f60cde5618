//! What an address that is not the admin API may be instead.

use url::Url;

use crate::hydra::failure::{Cause, Failure};
use crate::hydra::transport::Http;

/// Explains, if possible, what is at an address where no clients were found.
pub(super) async fn explain(http: &Http, failure: Failure) -> Failure {
    if http.endpoint().base().path().ends_with("/clients/") {
        return failure.advise(Some(
            "leave `/admin/clients` or `/clients` out of the endpoint: it is the base address of the admin API, such as `http://host:4445`",
        ));
    }
    match issuer(http).await {
        Ok(_) => Failure::new(
            failure.request,
            Cause::Foreign("this is Hydra's public API, not its admin API".to_owned()),
        )
        .advise(Some(
            "give the address of the admin API, which has a port of its own (4445 where the public API has 4444)",
        )),
        Err(_) => failure,
    }
}

/// The issuer that a public API reports in its discovery document (OpenID Connect Discovery 1.0,
/// section 4). The admin API has no such document.
///
/// # Errors
/// When there is no such document.
pub(crate) async fn issuer(http: &Http) -> Result<String, Failure> {
    #[derive(serde::Deserialize)]
    struct Discovery {
        issuer: String,
    }
    let answer = http.get(discovery_url(http.endpoint().base())).await?;
    if answer.status != 200 {
        return Err(answer.refusal());
    }
    let discovery = serde_json::from_slice::<Discovery>(&answer.body);
    let discovery = discovery.map_err(|_| answer.foreign())?;
    Ok(answer
        .shown(&discovery.issuer)
        .chars()
        .filter(|char| !char.is_control())
        .take(200)
        .collect())
}

fn discovery_url(base: &Url) -> Url {
    let path = base.path();
    let parent = path.strip_suffix("admin/").unwrap_or(path);
    let mut url = base.clone();
    url.set_path(&format!("{parent}.well-known/openid-configuration"));
    url
}
