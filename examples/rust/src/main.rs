//! Validates a manifest in JSON with an artifact alone: cargo run -- ModelEntity.json entity.json
use std::{env, error::Error, fs, process::ExitCode};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut files = env::args().skip(1).map(fs::read_to_string);
    let mut next = || -> Result<serde_json::Value, Box<dyn Error>> {
        let text = files.next().ok_or("usage: validate SCHEMA ENTITY")??;
        Ok(serde_json::from_str(&text)?)
    };
    let (schema, entity) = (next()?, next()?);
    let validator = jsonschema::validator_for(&schema)?;
    let mut code = ExitCode::SUCCESS;
    for error in validator.iter_errors(&entity) {
        println!("{}: {error}", error.instance_path());
        code = ExitCode::FAILURE;
    }
    Ok(code)
}
