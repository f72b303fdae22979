// Creates a model with the generated client, in the folder api: go run . http://127.0.0.1:8080 default llama
package main

import (
	"context"
	"fmt"
	"os"

	"example.com/client/api"
)

func main() {
	config := api.NewConfiguration()
	config.Servers = api.ServerConfigurations{{URL: os.Args[1]}}
	client := api.NewAPIClient(config).SubpackageModelsAPI

	request := api.NewCreateModelEntityRequest(os.Args[3])
	request.SetDescription("From Go")
	request.SetFinetuningType(api.LORA)

	model, _, err := client.CreateModelApisModelsV2WorkspacesWorkspaceModelsPost(context.Background(), os.Args[2]).
		CreateModelEntityRequest(*request).Execute()
	if err != nil {
		if failure, ok := err.(*api.GenericOpenAPIError); ok {
			fmt.Println(string(failure.Body()))
		}
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("created", model.Workspace+"/"+model.Name, "at", model.CreatedAt)
}
