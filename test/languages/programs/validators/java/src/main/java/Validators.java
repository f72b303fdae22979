import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Validates bodies with networknt's validator: prints 1 or 0 for each line `[model, body]`. Formats are checked. */
public class Validators {
    public static void main(String[] args) throws Exception {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        Map<String, Schema> schemas = new HashMap<>();
        JsonMapper mapper = new JsonMapper();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode asked = mapper.readTree(line);
            String model = asked.get(0).asString();
            if (!schemas.containsKey(model)) {
                schemas.put(model, registry.getSchema(Files.readString(Path.of(args[0], model + ".json"))));
            }
            System.out.println(accepts(schemas.get(model), asked.get(1).asString()) ? 1 : 0);
        }
    }

    private static boolean accepts(Schema schema, String body) {
        try {
            return schema
                    .validate(body, InputFormat.JSON, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                    .isEmpty();
        } catch (RuntimeException unreadable) {
            return false;
        }
    }
}
