// Reads an entity from each line of standard input with the generated type, and writes it again.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var entity Entity
		if err := json.Unmarshal(lines.Bytes(), &entity); err != nil {
			fmt.Fprintln(os.Stderr, err)
			fmt.Println("null")
			continue
		}
		text, err := json.Marshal(&entity)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			text = []byte("null")
		}
		fmt.Println(string(text))
	}
}
