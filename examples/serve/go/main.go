// Validates bodies like the service, from Go: one process answers them all.
//
//	go run . CreateModelEntityRequest request.json ...
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strings"
)

type answer struct {
	OK     bool            `json:"ok"`
	Detail json.RawMessage `json:"detail"`
	Error  string          `json:"error"`
}

func main() {
	command := strings.Fields("npx model-entity")
	if set := os.Getenv("MODEL_ENTITY"); set != "" {
		command = strings.Fields(set)
	}
	server := exec.Command(command[0], append(command[1:], "validate", "--serve")...)
	server.Stderr = os.Stderr
	input, err := server.StdinPipe()
	check(err)
	output, err := server.StdoutPipe()
	check(err)
	check(server.Start())
	requests, answers := json.NewEncoder(input), bufio.NewReader(output)
	for _, path := range os.Args[2:] {
		body, err := os.ReadFile(path)
		check(err)
		check(requests.Encode(map[string]string{"model": os.Args[1], "body": string(body)}))
		line, err := answers.ReadBytes('\n')
		check(err)
		var got answer
		check(json.Unmarshal(line, &got))
		switch {
		case got.Error != "":
			log.Fatal(got.Error)
		case got.OK:
			fmt.Println(path, "is valid")
		default:
			fmt.Println(path, string(got.Detail))
		}
	}
	check(input.Close())
	check(server.Wait())
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
