//! A server of names (RFC 1035) that knows one, on this machine.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::requirement::Missing;

/// The port that `resolv.conf` cannot change.
const PORT: u16 = 53;
/// The bytes before the question.
const HEAD: usize = 12;
/// Bits of the answer's head: it is one, recursion is available.
const ANSWER: [u8; 2] = [0x81, 0x80];
/// The type of a question for an IPv4 address.
const A: [u8; 2] = [0, 1];

/// The server; it goes on until the tests end.
pub(super) struct Names {
    pub(super) address: Ipv4Addr,
    asked: Arc<AtomicUsize>,
}

impl Names {
    /// Answers that `name` is 127.0.0.1, and that there is no other. Each server has an address of
    /// its own, because all have the same port.
    pub(super) fn start(name: &str) -> Result<Self, Missing> {
        static NEXT: Mutex<u8> = Mutex::new(0);
        let process = std::process::id().to_be_bytes();
        let socket = loop {
            let mut next = NEXT.lock().unwrap();
            *next += 1;
            let address = Ipv4Addr::new(127, process[2], process[3], *next);
            match UdpSocket::bind((address, PORT)) {
                Ok(socket) => break socket,
                Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {}
                Err(error) => {
                    let needed = format!("a server of names needs port {PORT}: {error}");
                    return Err(Missing(needed));
                }
            }
        };
        let std::net::SocketAddr::V4(address) = socket.local_addr().unwrap() else {
            panic!("it is an IPv4 address");
        };
        let asked = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&asked);
        let labels = name.split('.');
        let mut wanted: Vec<u8> = labels
            .flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat())
            .collect();
        wanted.push(0);
        thread::spawn(move || {
            let mut question = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut question) {
                count.fetch_add(1, Ordering::Relaxed);
                let answer = answer(&question[..length], &wanted);
                let _ = socket.send_to(&answer, from);
            }
        });
        Ok(Self {
            address: *address.ip(),
            asked,
        })
    }

    /// How many questions came.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// The answer to one question (section 4.1).
fn answer(question: &[u8], wanted: &[u8]) -> Vec<u8> {
    let end = HEAD + question[HEAD..].iter().position(|byte| *byte == 0).unwrap() + 1;
    let is_known = question[HEAD..end] == *wanted;
    let has_address = is_known && question[end..end + 2] == A;
    let code = if is_known { 0 } else { 3 };
    let mut answer = question[..2].to_vec();
    answer.extend([ANSWER[0], ANSWER[1] | code]);
    answer.extend([0, 1, 0, u8::from(has_address), 0, 0, 0, 0]);
    answer.extend(&question[HEAD..end + 4]);
    if has_address {
        // The question's name, its type and class, no time to live, and four bytes.
        answer.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
    }
    answer
}
