import type { Command } from '../command.js'
import { EXTRA_PARAMETERS } from '../loss.js'
import { openApiGenerator } from '../openapi-generator.js'
import type { GeneratorTool, Places } from '../tool.js'

/** One folder for all builds, so that what they depend on is built once. */
const BUILD = (places: Places): Command[] => [
  ['env', `CARGO_TARGET_DIR=${places.at('rust-target')}`, 'cargo', 'build', '--quiet'],
]

/** Generators of Rust. */
export const RUST_GENERATORS: readonly GeneratorTool[] = [
  {
    name: 'typify',
    version: '0.8.0',
    language: 'Rust',
    needs: ['cargo'],
    installs: [{ kind: 'cargo', folder: 'typify', packages: ['cargo-typify@0.8.0'] }],
    artifact: 'draft-07/ModelEntity.json',
    files: { 'Cargo.toml': 'rust/Cargo.toml', 'main.rs': 'rust/main.rs' },
    generate: (places) => [
      [
        places.at('typify/bin/cargo-typify'),
        'typify',
        '--no-builder',
        '--output',
        'generated/models.rs',
        places.artifact,
      ],
    ],
    compile: BUILD,
    roundTrip: (places) => [places.at('rust-target/debug/round-trip')],
    sources: /^generated.models\.rs$/,
    says: {
      declared: /^pub (?:struct|enum) (\w+)/gm,
      lacks: ['CreateModelEntityRequest', 'ValidationErrorLocItems', 'ValidationError', 'HTTPValidationError'],
      adds: /(?:name|workspace|description|project|model|parser|plugin)$/,
      count: /base_num_parameters: i64/,
      nullable: /pub project: ::std::option::Option</,
    },
  },
  {
    ...openApiGenerator('rust', 'Rust'),
    needs: ['java', 'maven', 'cargo'],
    files: { 'Cargo.toml': 'rust/Cargo.toml', 'main.rs': 'rust/openapi-generator.rs' },
    compile: BUILD,
    roundTrip: (places) => [places.at('rust-target/debug/round-trip')],
    sources: /^generated.src.models.*\.rs$/,
    says: {
      declared: /^pub (?:struct|enum) (\w+)/gm,
      adds: /^createmodelapis|type$/,
      count: /pub base_num_parameters: i64/,
      nullable: /pub project: Option<Option<String>>/,
    },
    limits: [{ text: 'it drops the extra fields of `InferenceParams`', explains: EXTRA_PARAMETERS }],
  },
]
