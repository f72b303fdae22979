import edu.hm.hafner.analysis.FileReaderFactory;
import edu.hm.hafner.analysis.Issue;
import edu.hm.hafner.analysis.registry.ParserRegistry;
import java.nio.file.Path;

/** Prints what the parsers of Jenkins's Warnings plugin read in reports: the format and the file of each, in turns. */
public class Reports {
    public static void main(String[] arguments) {
        ParserRegistry registry = new ParserRegistry();
        for (int at = 0; at < arguments.length; at += 2) {
            var parser = registry.get(arguments[at]).createParser();
            for (Issue issue : parser.parse(new FileReaderFactory(Path.of(arguments[at + 1])))) {
                System.out.println(arguments[at] + ":" + issue.getFileName() + ":" + issue.getLineStart() + ":"
                    + issue.getSeverity().getName() + ":" + issue.getType());
            }
        }
    }
}
