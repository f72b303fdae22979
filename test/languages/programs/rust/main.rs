//! Reads an entity from each line of standard input with the generated type, and writes it again.
#[path = "generated/models.rs"]
mod models;

use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines() {
        let text = line.expect("standard input is UTF-8");
        let answer = serde_json::from_str::<models::ModelEntity>(&text)
            .and_then(|entity| serde_json::to_string(&entity))
            .unwrap_or_else(|error| {
                eprintln!("{error}");
                "null".to_owned()
            });
        println!("{answer}");
    }
}
