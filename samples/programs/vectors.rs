//! Keeps vectors of 1 MB, and drops one of every four: "ready", a line, as many vectors as were asked for,
//! "done", a line.
use std::io::stdin;

#[inline(never)]
fn keep(kept: &mut Vec<Vec<u8>>) {
    kept.push(vec![1; 1 << 20]);
}

fn wait_for_line() {
    stdin().read_line(&mut String::new()).expect("stdin can be read");
}

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|text| text.parse().ok()).expect("a number");
    let mut kept = Vec::new();
    println!("ready");
    wait_for_line();
    for i in 0..count {
        keep(&mut kept);
        if i % 4 == 3 {
            kept.pop();
        }
    }
    println!("done");
    wait_for_line();
}
