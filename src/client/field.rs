//! The fields of Hydra's client model, in one table that decoding, checks, request bodies and
//! comparison use.
//!
//! Source: Hydra's `client.Client` of v1.11.10, v2.3.0 and v26.2.0, whose members follow OpenID
//! Connect Dynamic Client Registration 1.0, section 2, and RFC 7591, section 2.

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

/// Which servers have a field. A server silently drops a field that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// v1.11 and everything later.
    V1,
    /// v1.11 only.
    V1Only,
    /// v2.1 and later.
    V2_1,
    /// v2.2 and later.
    V2_2,
    /// v25.4 and later.
    V25,
}

macro_rules! fields {
    ($($variant:ident $name:literal $shape:ident $since:ident,)*) => {
        /// A field of an OAuth 2.0 client, by Hydra's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
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

            /// Which servers have the field.
            #[must_use]
            pub fn since(self) -> Since {
                match self { $(Self::$variant => Since::$since,)* }
            }
        }
    };
}

fields! {
    ClientId "client_id" Text V1,
    ClientName "client_name" Text V1,
    ClientSecret "client_secret" Secret V1,
    RedirectUris "redirect_uris" List V1,
    GrantTypes "grant_types" List V1,
    ResponseTypes "response_types" List V1,
    Scope "scope" Scope V1,
    Audience "audience" List V1,
    Owner "owner" Text V1,
    PolicyUri "policy_uri" Text V1,
    AllowedCorsOrigins "allowed_cors_origins" List V1,
    TosUri "tos_uri" Text V1,
    ClientUri "client_uri" Text V1,
    LogoUri "logo_uri" Text V1,
    Contacts "contacts" List V1,
    ClientSecretExpiresAt "client_secret_expires_at" Number V1,
    SubjectType "subject_type" Text V1,
    SectorIdentifierUri "sector_identifier_uri" Text V1,
    JwksUri "jwks_uri" Text V1,
    Jwks "jwks" Json V1,
    TokenEndpointAuthMethod "token_endpoint_auth_method" Text V1,
    TokenEndpointAuthSigningAlg "token_endpoint_auth_signing_alg" Text V1,
    RequestUris "request_uris" List V1,
    RequestObjectSigningAlg "request_object_signing_alg" Text V1,
    UserinfoSignedResponseAlg "userinfo_signed_response_alg" Text V1,
    FrontchannelLogoutUri "frontchannel_logout_uri" Text V1,
    FrontchannelLogoutSessionRequired "frontchannel_logout_session_required" Flag V1,
    PostLogoutRedirectUris "post_logout_redirect_uris" List V1,
    BackchannelLogoutUri "backchannel_logout_uri" Text V1,
    BackchannelLogoutSessionRequired "backchannel_logout_session_required" Flag V1,
    Metadata "metadata" Json V1,
    AccessTokenStrategy "access_token_strategy" Text V2_1,
    SkipConsent "skip_consent" Flag V2_1,
    SkipLogoutConsent "skip_logout_consent" Flag V2_2,
    AuthorizationCodeGrantAccessTokenLifespan "authorization_code_grant_access_token_lifespan" Lifespan V1,
    AuthorizationCodeGrantIdTokenLifespan "authorization_code_grant_id_token_lifespan" Lifespan V1,
    AuthorizationCodeGrantRefreshTokenLifespan "authorization_code_grant_refresh_token_lifespan" Lifespan V1,
    ClientCredentialsGrantAccessTokenLifespan "client_credentials_grant_access_token_lifespan" Lifespan V1,
    ImplicitGrantAccessTokenLifespan "implicit_grant_access_token_lifespan" Lifespan V1,
    ImplicitGrantIdTokenLifespan "implicit_grant_id_token_lifespan" Lifespan V1,
    JwtBearerGrantAccessTokenLifespan "jwt_bearer_grant_access_token_lifespan" Lifespan V1,
    PasswordGrantAccessTokenLifespan "password_grant_access_token_lifespan" Lifespan V1Only,
    PasswordGrantRefreshTokenLifespan "password_grant_refresh_token_lifespan" Lifespan V1Only,
    RefreshTokenGrantIdTokenLifespan "refresh_token_grant_id_token_lifespan" Lifespan V1,
    RefreshTokenGrantAccessTokenLifespan "refresh_token_grant_access_token_lifespan" Lifespan V1,
    RefreshTokenGrantRefreshTokenLifespan "refresh_token_grant_refresh_token_lifespan" Lifespan V1,
    DeviceAuthorizationGrantAccessTokenLifespan "device_authorization_grant_access_token_lifespan" Lifespan V25,
    DeviceAuthorizationGrantIdTokenLifespan "device_authorization_grant_id_token_lifespan" Lifespan V25,
    DeviceAuthorizationGrantRefreshTokenLifespan "device_authorization_grant_refresh_token_lifespan" Lifespan V25,
    CreatedAt "created_at" ServerMade V1,
    UpdatedAt "updated_at" ServerMade V1,
    RegistrationAccessToken "registration_access_token" ServerMade V1,
    RegistrationClientUri "registration_client_uri" ServerMade V1,
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
}
