//! URLs.

use hydra_gitops::golang::url::{Invalid, Url};

use super::chance::Chance;
use super::go::{answers, compare};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("as_go_reads_and_writes_them", same)];

/// How many texts are generated.
const CASES: usize = 20_000;

const GO: &str = r#"
import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
)

func shown(u *url.URL, err error) string {
	if err != nil {
		// Go has several reasons why a text is no address.
		text, _, is_cut := strings.Cut(err.Error(), "): ")
		if is_cut && strings.Contains(text, "invalid host: ParseAddr(") {
			return text
		}
		return err.Error()
	}
	hasUser := u.User.String() != ""
	site := url.URL{Scheme: u.Scheme, Opaque: u.Opaque, User: u.User, Host: u.Host, ForceQuery: u.ForceQuery, OmitHost: u.OmitHost}
	if hasUser {
		site.User = nil
	}
	return fmt.Sprintf("%+q %+q %t %+q %+q %+q %+q origin %s host %+q port %s",
		u.Scheme, u.Opaque, hasUser, u.Host, u.Path, u.RawQuery, u.Fragment, site.String(), u.Hostname(), u.Port())
}

func answer(text string) string {
	return "parse: " + shown(url.Parse(text)) + " / request: " + shown(url.ParseRequestURI(text))
}
"#;

fn same() -> Result<(), Missing> {
    let mut chance = Chance(11);
    let mut texts: Vec<String> = KNOWN.iter().map(|text| (*text).to_owned()).collect();
    texts.extend((0..CASES).map(|_| generated(&mut chance)));
    let theirs = answers(GO, "1.26.8", &texts)?;
    compare(&texts, &theirs, |text| {
        let (any, request) = (Url::parse(text), Url::parse_request(text));
        format!("parse: {} / request: {}", shown(any), shown(request))
    });
    let taken = texts.iter().filter(|text| Url::parse(text).is_ok()).count();
    assert!(taken > CASES / 4 && taken < texts.len() * 3 / 4, "{taken}");
    Ok(())
}

fn shown(url: Result<Url, Invalid>) -> String {
    let url = match url {
        Ok(url) => url,
        Err(error) => {
            let text = error.to_string();
            return match text.split_once("): ") {
                Some((text, _)) if text.contains("invalid host: ParseAddr(") => text.to_owned(),
                _ => text,
            };
        }
    };
    let (_, host, port) = url.place();
    format!(
        "{} {} {} {} {} {} {} origin {} host {} port {}",
        quoted(url.scheme.as_bytes()),
        quoted(url.opaque.as_bytes()),
        url.has_user(),
        quoted(&url.host),
        quoted(&url.path),
        quoted(url.query.as_bytes()),
        quoted(&url.fragment),
        url.origin(),
        quoted(host),
        String::from_utf8_lossy(port),
    )
}

/// As Go's `%+q` shows bytes.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            text.push_str(&match char {
                '"' | '\\' => format!("\\{char}"),
                '\x07' => "\\a".to_owned(),
                '\x08' => "\\b".to_owned(),
                '\t' => "\\t".to_owned(),
                '\n' => "\\n".to_owned(),
                '\x0b' => "\\v".to_owned(),
                '\x0c' => "\\f".to_owned(),
                '\r' => "\\r".to_owned(),
                ' '..='~' => char.to_string(),
                '\0'..='\x7f' => format!("\\x{:02x}", u32::from(char)),
                '\0'..='\u{ffff}' => format!("\\u{:04x}", u32::from(char)),
                _ => format!("\\U{:08x}", u32::from(char)),
            });
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    format!("\"{text}\"")
}

/// Texts at the edges.
const KNOWN: &[&str] = &[
    "",
    " ",
    "*",
    "*?x",
    "*#f",
    "?",
    "??",
    "?x",
    "#",
    "##",
    "#%zz",
    "a#%zz",
    "/",
    "//",
    "///",
    "////",
    "a",
    "a:b",
    ":",
    ":a",
    "/a:b",
    "a/b:c",
    "x:",
    "x:?",
    "x:??",
    "x:#",
    "x:%zz",
    "1a:b",
    "+a:b",
    "a+b-c.d:x",
    "my app:x",
    "a_b://c",
    "\u{e9}:x",
    "http:",
    "http:/",
    "http://",
    "http:///",
    "http:?",
    "http://?",
    "http:/?",
    "http://#",
    "https:a",
    "https:/a",
    "https:///x",
    "urn:ietf:wg:oauth:2.0:oob",
    "mailto:x@y",
    "com.example.app:/cb",
    "com.example.app:cb",
    "HTTPS://A/",
    "http://a:",
    "http://a:/",
    "http://:80/",
    "http://a:80:80/",
    "x://a:80:80/",
    "http://::1/",
    "http://a:b/",
    "http://a:+1/",
    "http://a:8 0/",
    "http://a:99999/",
    "http://a:8\u{661}/",
    "http://a,b:1,c:2/",
    "http://[::1]",
    "http://[::1]:",
    "http://[::1]:80",
    "http://[::1]x",
    "http://[::1]:x",
    "http://[::1",
    "http://::1]",
    "http://a]/",
    "http://a[/",
    "http://a[::1]/",
    "http://[[::1]]/",
    "http://[]/",
    "http://[a]/",
    "http://[1.2.3.4]/",
    "http://[1.2.3.4%25a]/",
    "http://[::ffff:1.2.3.4]/",
    "http://[::ffff:01.2.3.4]/",
    "http://[::1.2.3]/",
    "http://[1:2:3:4:5:6:7::]/",
    "http://[::1:2:3:4:5:6:7:8]/",
    "http://[00001::]/",
    "http://[1::2::3]/",
    "http://[:1]/",
    "http://[1:]/",
    "http://[::1%25]/",
    "http://[::1%25en0]/",
    "http://[::1%25%25]/",
    "http://[::1%25%41]/",
    "http://[::1%25%20]/",
    "http://[::1%25%2f]/",
    "http://[::1%25%C3%BC]/",
    "http://[::1%25\u{fc}]/",
    "http://[::1%25a b]/",
    "http://[::1%en0]/",
    "http://[::1%C3%BC]/",
    "http://[\u{fc}]/",
    "http://[%C3]/",
    "http://[::1%]/",
    "http://[%25a]/",
    "http://%41/",
    "http://%zz/",
    "http://%",
    "http://%4",
    "http://a%\u{e9}",
    "http://a%4\u{e9}",
    "http://a%25b/",
    "http://%C3%BC/",
    "http://%FF/",
    "http://\u{fc}/",
    "http://a b/",
    "http://a\"b/",
    "http://<a>/",
    "http://{a}/",
    "http://a^b/",
    "http://a\\b/",
    "http://a|b/",
    "http://a`b/",
    "http://\u{200b}/",
    "http://\u{301}/",
    "http://a\u{ad}b|/",
    "http://\u{fffd}|/",
    "http://\u{e000}|/",
    "http://\u{10ffff}|/",
    "http://\u{a0}|/",
    "http://u@a/",
    "http://u:p@a/",
    "http://u:p:q@a/",
    "http://:@a/",
    "http://:p@a/",
    "http://@a/",
    "http://@/",
    "http://@",
    "http://@:80",
    "http://a@b@c/",
    "http://u%zz@a/",
    "http://u%:1@a/",
    "http://u:%@a/",
    "http://u p@a/",
    "http://\u{e9}@a/",
    "http://u/@a/",
    "http://u?@a/",
    "http://u#@a/",
    "http://u[@a/",
    "http://u@a b",
    "//a/x",
    "//u:p@a:1/x",
    "//a b",
    "///a b",
    "/a b",
    "/a%zz",
    "/%",
    "/%4",
    "/%41",
    "/%ff",
    "/%2F",
    "http://a/%2F",
    "http://a//",
    "http://a/ b",
    "http://a/?%zz",
    "http://a/?a?b",
    "http://a/?",
    "http://a?",
    "http://a/#%zz",
    "http://a/#a#b",
    "http://a b#f",
    "http://a/\u{1}",
    "http://a/\u{7f}",
    "http://a/\u{80}",
    "http://a/#\u{1}",
    "\u{0}",
    "\t",
    "http://a\n",
    " https://a",
    "https://a ",
    "null",
    "javascript:alert(1)",
    "http://localhost:%zz/",
    "http://a:80%31/",
    "http://1.2.3.4/",
    "http://a./",
    "http://-/",
];

/// A text that is a URL, or nearly.
fn generated(chance: &mut Chance) -> String {
    const SCHEMES: &[&str] = &[
        "https:",
        "http:",
        "HTTP:",
        "urn:",
        "com.example.app:",
        "a+b-c.1:",
        "",
        "",
        "1:",
        ":",
        "\u{e9}:",
    ];
    const HOSTS: &[&str] = &[
        "a.example",
        "A",
        "1.2.3.4",
        "[::1]",
        "[fe80::1%25en0]",
        "[1.2.3.4]",
        "[::ffff:1.2.3.4]",
        "[",
        "a[b]",
        "",
        "\u{fc}",
        "%C3%BC",
        "%41",
        "::1",
        "a,b",
        "[1:2:3:4:5:6:7:8]",
        "[1:2:3:4:5:6:7:8:9]",
    ];
    const USERS: &[&str] = &[
        "",
        "",
        "",
        "",
        "u@",
        "u:p@",
        "@",
        ":@",
        "u%40:p%3A@",
        "u v@",
        "a@b@",
        "%zz@",
    ];
    const PORTS: &[&str] = &[
        "", "", "", ":", ":80", ":443", ":x", ":99999", ":80:80", "80", ":+1",
    ];
    let mut text = (*chance.one(SCHEMES)).to_owned();
    for parts in [&["//", "//", "//", "/", "", "///"], USERS, HOSTS, PORTS] {
        let part = chance.one(parts);
        text.push_str(part);
    }
    for _ in 0..chance.below(4) {
        let parts = [
            "/", "/a", "/%2F", "/%zz", "?", "?q=1", "#", "#f", "#%41", "/a:b", "/\u{e9}", "/ ", "*",
        ];
        let part = chance.one(&parts);
        text.push_str(part);
    }
    // One in two gets stray characters anywhere.
    const STRAY: &[char] = &[
        '%',
        ':',
        '/',
        '?',
        '#',
        '[',
        ']',
        '@',
        '!',
        '"',
        '$',
        '&',
        '\'',
        '(',
        ')',
        '*',
        '+',
        ',',
        '-',
        '.',
        ';',
        '<',
        '=',
        '>',
        '\\',
        '^',
        '_',
        '`',
        '{',
        '|',
        '}',
        '~',
        ' ',
        '0',
        'a',
        'F',
        '\0',
        '\t',
        '\n',
        '\u{7f}',
        '\u{80}',
        '\u{ad}',
        '\u{e9}',
        '\u{301}',
        '\u{200b}',
        '\u{fffd}',
        '\u{1f600}',
    ];
    for _ in 0..chance.below(4) / 2 * (1 + chance.below(2)) {
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        text.insert(*chance.one(&places), *chance.one(STRAY));
    }
    text
}
