// The code that ogen generates from schemas/openapi-3.0.json, as an implementation: it decodes a body and checks it, and answers
// whether it takes it.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"roundtrip/generated"

	"github.com/go-faster/jx"
)

// A type that reads itself from JSON and checks its constraints; some types have none.
type decoder interface{ Decode(d *jx.Decoder) error }
type checker interface{ Validate() error }

var models = map[string]func() decoder{
	"MoEConfig":                func() decoder { return new(api.MoEConfig) },
	"MambaConfig":              func() decoder { return new(api.MambaConfig) },
	"SlidingWindowConfig":      func() decoder { return new(api.SlidingWindowConfig) },
	"LinearLayerSpec":          func() decoder { return new(api.LinearLayerSpec) },
	"ToolCallConfig":           func() decoder { return new(api.ToolCallConfig) },
	"ModelSpec":                func() decoder { return new(api.ModelSpec) },
	"APIEndpointData":          func() decoder { return new(api.APIEndpointData) },
	"InferenceParams":          func() decoder { return new(api.InferenceParams) },
	"PromptData":               func() decoder { return new(api.PromptData) },
	"CreateModelEntityRequest": func() decoder { return new(api.CreateModelEntityRequest) },
	"Lora":                     func() decoder { return new(api.Lora) },
	"Adapter":                  func() decoder { return new(api.Adapter) },
	"ModelEntity":              func() decoder { return new(api.ModelEntity) },
	"ValidationError":          func() decoder { return new(api.ValidationError) },
	"HTTPValidationError":      func() decoder { return new(api.HTTPValidationError) },
}

type request struct {
	Cmd         string  `json:"cmd"`
	ID          any     `json:"id"`
	Model       string  `json:"model"`
	Body        string  `json:"body"`
	Base64      *string `json:"base64"`
	ContentType *string `json:"content_type"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	output := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if asked.Cmd == "stop" {
			return
		}
		if err := output.Encode(reply(asked)); err != nil {
			os.Exit(1)
		}
	}
}

func reply(asked request) map[string]any {
	if asked.Cmd == "start" {
		names := []string{}
		for name := range models {
			names = append(names, name)
		}
		about := map[string]string{"name": "ogen, generated code", "version": "1.24.0", "language": "Go"}
		return map[string]any{"protocol": 1, "implementation": about, "answers": []string{"verdict"}, "models": names}
	}
	if asked.ContentType != nil {
		return map[string]any{"id": asked.ID, "skipped": "content types are the server's"}
	}
	body := []byte(asked.Body)
	if asked.Base64 != nil {
		body, _ = base64.StdEncoding.DecodeString(*asked.Base64)
	}
	return map[string]any{"id": asked.ID, "ok": accepts(models[asked.Model](), body)}
}

func accepts(value decoder, body []byte) bool {
	reader := jx.DecodeBytes(body)
	if value.Decode(reader) != nil {
		return false
	}
	if rest := reader.Skip(); !errors.Is(rest, io.EOF) && !errors.Is(rest, io.ErrUnexpectedEOF) {
		return false
	}
	check, hasChecks := value.(checker)
	return !hasChecks || check.Validate() == nil
}
