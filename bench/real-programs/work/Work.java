import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** What takes memory from malloc in Java: zlib, direct buffers, files; in two threads, for ever. */
public class Work {
    static byte[] pack(byte[] plain) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(plain);
        }
        return packed.toByteArray();
    }

    static byte[] unpack(byte[] packed) throws Exception {
        try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            return gzip.readAllBytes();
        }
    }

    static int direct(int number) {
        return ByteBuffer.allocateDirect(1000 + number % 100).putInt(number).getInt(0);
    }

    static int read(String path) throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(path, "r")) {
            return file.read(new byte[9000]);
        }
    }

    static void turn(int number) throws Exception {
        unpack(pack(("page " + number).repeat(100).getBytes(StandardCharsets.UTF_8)));
        Map<String, Integer> sizes = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            sizes.put("buffer " + i, direct(i));
        }
        read("/etc/passwd");
        new File("/etc").list();
    }

    static void work() {
        try {
            for (int number = 0; ; number++) {
                turn(number);
            }
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    public static void main(String[] args) {
        new Thread(Work::work).start();
        work();
    }
}
