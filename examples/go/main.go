// Validates a manifest in JSON with an artifact alone: go run . ModelEntity.json entity.json
package main

import (
	"fmt"
	"log"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	schema, err := jsonschema.NewCompiler().Compile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.Open(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	entity, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		log.Fatal(err)
	}
	if err := schema.Validate(entity); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
