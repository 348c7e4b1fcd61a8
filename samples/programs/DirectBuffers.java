import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Keeps direct buffers of 10 MB: "ready", a line, as many buffers as were asked for, "done", a line. */
public class DirectBuffers {
    static final int SIZE = 10 << 20;
    static final List<ByteBuffer> kept = new ArrayList<>();

    public static void main(String[] arguments) throws IOException {
        System.out.println("ready");
        waitForLine();
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            keep();
        }
        System.out.println("done");
        waitForLine();
    }

    static void keep() {
        kept.add(ByteBuffer.allocateDirect(SIZE));
    }

    static void waitForLine() throws IOException {
        for (int c = System.in.read(); c >= 0 && c != '\n'; c = System.in.read()) {
        }
    }
}
