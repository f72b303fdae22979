import type { Command } from '../command.js'
import { openApiGenerator } from '../openapi-generator.js'
import type { GeneratorTool } from '../tool.js'

/** openapi-generator for languages that few machines have a compiler for: checked as far as the machine can. */
export const OTHER_GENERATORS: readonly GeneratorTool[] = [
  {
    ...openApiGenerator('csharp', 'C#'),
    sources: /^generated.src.Org.OpenAPITools.Model.*\.cs$/,
    says: {
      declared: /^ {4}public (?:partial )?(?:abstract )?(?:class|enum) (\w+)/gm,
      adds: /^createmodelapis|converter$|^abstractopenapischema|extensions$/,
      count: /public long BaseNumParameters/,
      nullable: /public (?:Option<)?string\?? (?:Project|_project)|Option<string\?> ProjectOption/,
    },
    limits: [{ text: 'not compiled: its test needs the .NET SDK' }],
  },
  {
    ...openApiGenerator('kotlin', 'Kotlin'),
    sources: /^generated.src.main.kotlin.*models.*\.kt$/,
    says: {
      declared: /^(?:data class|enum class|class|sealed class|interface|sealed interface) (\w+)/gm,
      adds: /^createmodelapis/,
      count: /val baseNumParameters: kotlin\.Long/,
      nullable: /val project: kotlin\.String\? = null/,
    },
    limits: [{ text: 'not compiled: its test needs Gradle' }],
  },
  {
    ...openApiGenerator('ruby', 'Ruby'),
    needs: ['java', 'maven', 'ruby'],
    compile: () => eachFile('ruby -c', 'generated/lib', '*.rb'),
    sources: /^generated.lib.*models.*\.rb$/,
    says: {
      declared: /^ {2}(?:class|module) (\w+)/gm,
      adds: /^createmodelapis|^apimodelbase|^subpackage/,
      count: /:'base_num_parameters' => :'Integer'/,
      nullable: /openapi_nullable\n.*\n[^)]*:'project'/,
    },
  },
  {
    ...openApiGenerator('php', 'PHP'),
    needs: ['java', 'maven', 'php'],
    compile: () => eachFile('php -l', 'generated/lib', '*.php'),
    sources: /^generated.lib.Model.*\.php$/,
    says: {
      declared: /^(?:class|interface|enum) (\w+)/gm,
      adds: /^createmodelapis|^modelinterface/,
      count: /'base_num_parameters' => 'int64'/,
      nullable: /'project' => true/,
    },
  },
  {
    ...openApiGenerator('swift6', 'Swift'),
    sources: /^generated.Sources.*Models.*\.swift$/,
    says: {
      declared: /^public (?:struct|enum|final class) (\w+)/gm,
      adds: /^createmodelapis|^nullencodable|^errorresponse|^downloadexception|^decodablerequest|^response|^requesttask/,
      count: /public var baseNumParameters: Int64/,
      nullable: /public var project: String\?/,
    },
    limits: [{ text: 'not compiled: its test needs Swift' }],
  },
]

/** Checks the syntax of each file. */
function eachFile(command: string, folder: string, pattern: string): Command[] {
  return [['sh', '-c', `find ${folder} -name '${pattern}' -print0 | xargs -0 -n 1 ${command} > /dev/null`]]
}
