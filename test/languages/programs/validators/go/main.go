// Validates bodies with a validator of Go: prints 1 or 0 for each line `[model, body]`. Formats are checked.
//
//	./validators santhosh-tekuri SCHEMAS < bodies.jsonl
//	./validators kin-openapi openapi-3.0.json < bodies.jsonl
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

type check func(body string) bool

func main() {
	compile := compilers[os.Args[1]](os.Args[2])
	checks := map[string]check{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for lines.Scan() {
		var asked [2]string
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if checks[asked[0]] == nil {
			checks[asked[0]] = compile(asked[0])
		}
		answer := 0
		if checks[asked[0]](asked[1]) {
			answer = 1
		}
		fmt.Fprintln(output, answer)
	}
}

var compilers = map[string]func(artifact string) func(model string) check{
	"santhosh-tekuri": func(folder string) func(string) check {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		return func(model string) check {
			schema, err := compiler.Compile(filepath.Join(folder, model+".json"))
			if err != nil {
				log.Fatal(err)
			}
			return func(body string) bool {
				value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
				return err == nil && schema.Validate(value) == nil
			}
		}
	},
	"kin-openapi": func(file string) func(string) check {
		document, err := openapi3.NewLoader().LoadFromFile(file)
		if err != nil {
			log.Fatal(err)
		}
		return func(model string) check {
			schema := document.Components.Schemas[model].Value
			return func(body string) bool {
				var value any
				return json.Unmarshal([]byte(body), &value) == nil &&
					schema.VisitJSON(value, openapi3.EnableFormatValidation()) == nil
			}
		}
	},
}
