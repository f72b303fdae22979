import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Validates a manifest in JSON with an artifact alone: mvn -q compile exec:java -Dexec.args="ModelEntity.json entity.json" */
public class Validate {
    public static void main(String[] args) throws Exception {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        JsonSchema schema = factory.getSchema(Files.readString(Path.of(args[0])));
        Set<ValidationMessage> errors = schema.validate(Files.readString(Path.of(args[1])), InputFormat.JSON);
        errors.forEach(System.out::println);
        System.exit(errors.isEmpty() ? 0 : 1);
    }
}
