import type { Argument, Command, Option } from 'commander'
import { type Offer, offerOf } from './offers.js'

/** What a shell needs to know about the program. */
export interface ProgramWords {
  readonly name: string
  /** The options before a subcommand. */
  readonly options: readonly OptionWords[]
  readonly commands: readonly CommandWords[]
}

/** A subcommand, its options and its arguments. */
export interface CommandWords {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionWords[]
  readonly arguments: readonly ArgumentWords[]
}

/** An option with all its spellings. */
export interface OptionWords {
  readonly flags: readonly string[]
  readonly description: string
  /** Nothing for a flag without a value. */
  readonly value?: { readonly name: string; readonly isOptional: boolean; readonly offer: Offer }
}

/** An argument that is not an option. */
export interface ArgumentWords {
  readonly name: string
  readonly repeats: boolean
  readonly offer: Offer
}

/** Reads the words of a program from its definition. */
export function programWords(program: Command): ProgramWords {
  const { visibleCommands, visibleOptions } = visibleOf(program)
  const name = program.name()
  const commands = visibleCommands.map(commandWords)
  const help = commands.find((command) => command.name === 'help')
  const names = commands.filter((command) => command !== help).map((command) => command.name)
  return {
    name,
    options: visibleOptions.map(optionWords),
    commands: commands.map((command) => (command === help ? { ...help, arguments: [helpArgument(names)] } : command)),
  }
}

/** Commander's own subcommand `help` takes the name of another. */
function helpArgument(names: readonly string[]): ArgumentWords {
  return { name: 'command', repeats: false, offer: { kind: 'words', words: names } }
}

function commandWords(command: Command): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    options: visibleOf(command).visibleOptions.map(optionWords),
    arguments: command.registeredArguments.map(argumentWords),
  }
}

/** What `--help` lists, its own option included. */
function visibleOf(command: Command) {
  const help = command.createHelp()
  return { visibleCommands: help.visibleCommands(command), visibleOptions: help.visibleOptions(command) }
}

function optionWords(option: Option): OptionWords {
  const flags = [option.short, option.long].filter((flag) => typeof flag === 'string')
  const words = { flags, description: option.description }
  if (!option.required && !option.optional) return words
  const name = /[<[]([^>\]]+)/.exec(option.flags)?.[1] ?? 'value'
  return { ...words, value: { name, isOptional: option.optional, offer: offerOf(option) } }
}

function argumentWords(argument: Argument): ArgumentWords {
  return { name: argument.name(), repeats: argument.variadic, offer: offerOf(argument) }
}
