//! The fields of Hydra's client model, in one table that decoding, checks, request bodies and
//! comparison use.
//!
//! Source: Hydra's `client.Client` of v1.11.10, v2.3.0 and v26.2.0, whose members follow OpenID
//! Connect Dynamic Client Registration 1.0, section 2, and RFC 7591, section 2.

use super::since::Since;

/// The kind of value a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A JSON string.
    Text,
    /// A JSON string that is never shown.
    Secret,
    /// A JSON array of strings whose order is irrelevant.
    List,
    /// Scopes: a string of names with spaces between them (RFC 6749, section 3.3), or a list.
    Scope,
    /// `true` or `false`.
    Flag,
    /// A JSON integer.
    Number,
    /// A duration in Go's syntax, such as `1h30m`.
    Lifespan,
    /// Any JSON value, kept as it is.
    Json,
    /// A value that Hydra sets itself. It is accepted, so that exported clients can be read, but never
    /// sent.
    ServerMade,
}

macro_rules! fields {
    ($($variant:ident $name:literal $shape:ident $since:ident $doc:literal,)*) => {
        /// A field of an OAuth 2.0 client, by Hydra's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`: ", $doc)] $variant,)*
        }

        impl Field {
            /// Every field, in Hydra's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Hydra's name of the field.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The field with this name, if Hydra has one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The kind of value the field holds.
            #[must_use]
            pub fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape,)* }
            }

            /// What the field is for, in one line.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }

            /// Which servers have the field.
            #[must_use]
            pub fn since(self) -> Since {
                match self { $(Self::$variant => Since::$since,)* }
            }
        }
    };
}

impl Field {
    /// What Hydra stores where a request leaves the field out; `None` if that is an empty
    /// value. The same from v1.11 to v26.2 (measured).
    #[must_use]
    pub fn default_value(self) -> Option<&'static str> {
        match self {
            Self::Scope => Some("offline_access offline openid"),
            Self::SubjectType => Some("public"),
            Self::TokenEndpointAuthMethod => Some("client_secret_basic"),
            Self::UserinfoSignedResponseAlg => Some("none"),
            _ => None,
        }
    }
}

fields! {
    ClientId "client_id" Text V1
        "Id of the client; without one, `client_name` and `owner` together identify it",
    ClientName "client_name" Text V1
        "Human-readable name of the client, which users see on the consent page",
    ClientSecret "client_secret" Secret V1
        "Secret of the client; leave it out to have one generated, encrypted and recorded",
    RedirectUris "redirect_uris" List V1
        "Redirect URIs allowed after login: absolute and without a fragment",
    GrantTypes "grant_types" List V1
        "Grant types that the client may use",
    ResponseTypes "response_types" List V1
        "Response types that the client may use, each a value or several separated by spaces",
    Scope "scope" Scope V1
        "Scopes that the client may request: a list, or one string with spaces between",
    Audience "audience" List V1
        "Audiences that the client may request for its access tokens",
    Owner "owner" Text V1
        "Owner of the client; free text",
    PolicyUri "policy_uri" Text V1
        "URL of the privacy policy, shown to users",
    AllowedCorsOrigins "allowed_cors_origins" List V1
        "Origins allowed to make cross-origin (CORS) requests: scheme, host and port",
    TosUri "tos_uri" Text V1
        "URL of the terms of service, shown to users",
    ClientUri "client_uri" Text V1
        "URL of the client's home page, shown to users",
    LogoUri "logo_uri" Text V1
        "URL of the client's logo, shown to users",
    Contacts "contacts" List V1
        "People responsible for the client, typically email addresses",
    ClientSecretExpiresAt "client_secret_expires_at" Number V1
        "Expiry of the secret; Hydra stores 0 here, whatever is sent",
    SubjectType "subject_type" Text V1
        "Subject identifiers: the same for all clients (`public`), or one for each (`pairwise`)",
    SectorIdentifierUri "sector_identifier_uri" Text V1
        "https URL of a JSON list of all redirect URIs, for pairwise subject identifiers",
    JwksUri "jwks_uri" Text V1
        "URL of the client's public keys (a JSON Web Key Set); not together with `jwks`",
    Jwks "jwks" Json V1
        "Public keys of the client (a JSON Web Key Set); not together with `jwks_uri`",
    TokenEndpointAuthMethod "token_endpoint_auth_method" Text V1
        "How the client authenticates at the token endpoint; `none` is a public client",
    TokenEndpointAuthSigningAlg "token_endpoint_auth_signing_alg" Text V1
        "Algorithm that signs the assertions of `private_key_jwt`",
    RequestUris "request_uris" List V1
        "URLs from which request objects may be fetched",
    RequestObjectSigningAlg "request_object_signing_alg" Text V1
        "Algorithm that signs request objects",
    UserinfoSignedResponseAlg "userinfo_signed_response_alg" Text V1
        "Algorithm that signs the responses of the userinfo endpoint",
    FrontchannelLogoutUri "frontchannel_logout_uri" Text V1
        "URL that the user's browser loads on logout",
    FrontchannelLogoutSessionRequired "frontchannel_logout_session_required" Flag V1
        "Send the session id with a front-channel logout",
    PostLogoutRedirectUris "post_logout_redirect_uris" List V1
        "Redirect URIs allowed after logout, each with the origin of a redirect URI",
    BackchannelLogoutUri "backchannel_logout_uri" Text V1
        "URL that Hydra calls when a user logs out",
    BackchannelLogoutSessionRequired "backchannel_logout_session_required" Flag V1
        "Send the session id with a back-channel logout",
    Metadata "metadata" Json V1
        "Custom data: any JSON value, passed to the login and consent pages",
    AccessTokenStrategy "access_token_strategy" Text V2_1
        "Format of access tokens; by default, the server's setting",
    SkipConsent "skip_consent" Flag V2_1
        "Do not ask users for consent",
    SkipLogoutConsent "skip_logout_consent" Flag V2_2
        "Do not ask users to confirm a logout",
    AuthorizationCodeGrantAccessTokenLifespan "authorization_code_grant_access_token_lifespan" Lifespan V1
        "Lifetime of access tokens of the authorization code grant",
    AuthorizationCodeGrantIdTokenLifespan "authorization_code_grant_id_token_lifespan" Lifespan V1
        "Lifetime of ID tokens of the authorization code grant",
    AuthorizationCodeGrantRefreshTokenLifespan "authorization_code_grant_refresh_token_lifespan" Lifespan V1
        "Lifetime of refresh tokens of the authorization code grant",
    ClientCredentialsGrantAccessTokenLifespan "client_credentials_grant_access_token_lifespan" Lifespan V1
        "Lifetime of access tokens of the client credentials grant",
    ImplicitGrantAccessTokenLifespan "implicit_grant_access_token_lifespan" Lifespan V1
        "Lifetime of access tokens of the implicit grant",
    ImplicitGrantIdTokenLifespan "implicit_grant_id_token_lifespan" Lifespan V1
        "Lifetime of ID tokens of the implicit grant",
    JwtBearerGrantAccessTokenLifespan "jwt_bearer_grant_access_token_lifespan" Lifespan V1
        "Lifetime of access tokens of the JWT bearer grant",
    PasswordGrantAccessTokenLifespan "password_grant_access_token_lifespan" Lifespan V1Only
        "Lifetime of access tokens of the password grant",
    PasswordGrantRefreshTokenLifespan "password_grant_refresh_token_lifespan" Lifespan V1Only
        "Lifetime of refresh tokens of the password grant",
    RefreshTokenGrantIdTokenLifespan "refresh_token_grant_id_token_lifespan" Lifespan V1
        "Lifetime of ID tokens of the refresh token grant",
    RefreshTokenGrantAccessTokenLifespan "refresh_token_grant_access_token_lifespan" Lifespan V1
        "Lifetime of access tokens of the refresh token grant",
    RefreshTokenGrantRefreshTokenLifespan "refresh_token_grant_refresh_token_lifespan" Lifespan V1
        "Lifetime of refresh tokens of the refresh token grant",
    DeviceAuthorizationGrantAccessTokenLifespan "device_authorization_grant_access_token_lifespan" Lifespan V25
        "Lifetime of access tokens of the device authorization grant",
    DeviceAuthorizationGrantIdTokenLifespan "device_authorization_grant_id_token_lifespan" Lifespan V25
        "Lifetime of ID tokens of the device authorization grant",
    DeviceAuthorizationGrantRefreshTokenLifespan "device_authorization_grant_refresh_token_lifespan" Lifespan V25
        "Lifetime of refresh tokens of the device authorization grant",
    CreatedAt "created_at" ServerMade V1
        "Time of creation; set by Hydra and not sent",
    UpdatedAt "updated_at" ServerMade V1
        "Time of the last change; set by Hydra and not sent",
    RegistrationAccessToken "registration_access_token" ServerMade V1
        "Token to manage the registration; set by Hydra and not sent",
    RegistrationClientUri "registration_client_uri" ServerMade V1
        "URL to manage the registration; set by Hydra and not sent",
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn every_name_leads_back_to_its_field() {
        for field in Field::ALL {
            assert_eq!(Field::from_name(field.name()), Some(*field));
        }
        assert_eq!(Field::from_name("redirect_uri"), None);
    }

    #[test]
    fn docs_are_one_line_and_end_without_a_full_stop() {
        for field in Field::ALL {
            let doc = field.doc();
            assert!(!doc.is_empty() && doc.len() <= 90, "{doc}");
            assert!(!doc.contains('\n') && !doc.ends_with('.'), "{doc}");
        }
    }
}
