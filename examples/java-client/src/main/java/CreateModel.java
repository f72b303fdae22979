import api.ApiClient;
import api.ApiException;
import api.CreateModelEntityRequest;
import api.FinetuningType;
import api.ModelEntity;
import api.SubpackageModelsApi;

/** Creates a model with the generated client: mvn -q compile exec:java -Dexec.args="http://127.0.0.1:8080 default llama" */
public class CreateModel {
    public static void main(String[] args) throws Exception {
        ApiClient client = new ApiClient();
        client.updateBaseUri(args[0]);
        CreateModelEntityRequest request =
                new CreateModelEntityRequest().name(args[2]).description("From Java").finetuningType(FinetuningType.LORA);
        try {
            ModelEntity model =
                    new SubpackageModelsApi(client).createModelApisModelsV2WorkspacesWorkspaceModelsPost(args[1], request);
            System.out.println("created " + model.getWorkspace() + "/" + model.getName() + " at " + model.getCreatedAt());
        } catch (ApiException error) {
            System.out.println(error.getCode() + ": " + error.getResponseBody());
            System.exit(1);
        }
    }
}
