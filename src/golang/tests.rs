//! What real servers said of URLs. `tests/it/golang` compares with Go itself.
use super::url::Url;

// Each was sent to Hydra v1.11.10 and v2.3.0 as a redirect address; these they stored …
#[test]
fn what_hydra_takes_is_read() {
    for text in [
        "https://a.example/cb",
        "com.example.app:/cb",
        "com.example.app:cb",
        "/cb",
        "https:a",
        "x:",
        "*",
        "urn:ietf:wg:oauth:2.0:oob",
        "http://",
        "https:///x",
        "//a.example/x",
        "https://a.example/ space",
        "https://u:p@a.example/",
        "http://[::1]:80/",
        "http://a:99999/",
        "mailto:x@y",
        "HTTPS://A/",
        "http://a.example:/x",
        "https://a.example/?q=%zz",
        "https://ä.example/",
        "https://a.example:80:80/",
        "http://[fe80::1%25en0]/",
        "http://a\"b/",
        "https://@/",
        "/a b",
        "//a b/",
        "///x",
        "/a:b",
        "https:/a",
        "https:?x",
        "x:%zz",
        "h+t.t-p://x",
        "http://<a>/",
        "http://a]/",
        "http://a@b@c/",
    ] {
        assert!(
            Url::parse_request(text).is_ok(),
            "{text}: {:?}",
            Url::parse_request(text)
        );
    }
}

// … and these they refused.
#[test]
fn what_hydra_refuses_is_refused() {
    for text in [
        "a",
        "",
        "http://a:b/",
        "%zz",
        "https://a/%zz",
        " https://a.example/",
        "1a://b",
        "https://exa mple/",
        "https://a.example\\b",
        "com.example_app://cb",
        "https://a.example/\tb",
        "https://a%20b/",
        "https://[::1",
        "https://u:p w@a/",
        "http://a{b}/",
        "http://a^b/",
        ":foo",
        "://x",
        "/a%zz",
        "http://a:+1/",
        "http://%41/",
        "http://%zz/",
        "http://a:8 0/",
        "http://u%zz@a/",
        "http://a/\u{7f}",
        "http://a\\b@c/",
        "https:// a/",
        "http://[a]/",
        "http://[::1]x/",
        "http://[::1]:x/",
    ] {
        assert!(
            Url::parse_request(text).is_err(),
            "{text}: {:?}",
            Url::parse_request(text)
        );
    }
}

#[test]
fn the_parts_are_told_apart() {
    let url = Url::parse("HTTPS://u:p@[::1]:80/a%2Fb?q#f%20");
    let url = url.unwrap_or_else(|error| unreachable!("{error}"));
    assert_eq!(
        (url.user.as_deref(), url.path.as_slice()),
        (Some("u:p"), &b"/a/b"[..])
    );
    assert_eq!(
        (url.query.as_str(), url.fragment.as_slice()),
        ("q", &b"f "[..])
    );
    assert_eq!(url.place(), ("https", &b"::1"[..], &b"80"[..]));
}
