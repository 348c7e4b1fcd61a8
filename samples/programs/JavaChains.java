import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import sun.misc.Unsafe;

/**
 * Calls along chains of methods that a seed chooses, and allocates at the end of each, as chains.c does:
 *
 *     java JavaChains SEED CHAINS SHORTEST LONGEST
 *
 * Says `ready`, and then answers lines: a number is how often to call all chains beforehand, for the compilers to see
 * them (answer: `warm`); anything else is the trace, and the answer the same truth as that of chains.c. Methods whose
 * names begin with `interpreted` are meant to be kept from the compilers; none is meant to be inlined.
 */
public final class JavaChains {
    /** Sizes that nothing else in a virtual machine asks for; others before the trace. Whole words. */
    private static final long TRACED = 100_008, UNTRACED = 5_008;

    private static final int REPEATS = 3;
    private static final List<String> OUTSIDE = List.of("main", "runAll", "run", "goOn");
    private static final List<String> KINDS =
            List.of("plain", "saving", "many", "locked", "instance", "interpretedPlain", "interpretedMany");
    private static final Unsafe UNSAFE = unsafe();
    private static final JavaChains INSTANCE = new JavaChains();

    private static final class Chain {
        final int number;
        final byte[] kinds;

        Chain(int number, byte[] kinds) {
            this.number = number;
            this.kinds = kinds;
        }
    }

    private static long base;
    private static volatile int sink;

    private static long sizeOf(Chain chain) {
        return base + 8 * chain.number;
    }

    static int site(Chain chain) {
        UNSAFE.freeMemory(UNSAFE.allocateMemory(sizeOf(chain)));
        return 1;
    }

    static int plain(Chain chain, int place) {
        return goOn(chain, place) + 1;
    }

    /** With more values in use across the call than there are registers. */
    static int saving(Chain chain, int place) {
        int a = place * 3, b = a * 5, c = a ^ b, d = b - place, e = c + d, f = e * a, g = f ^ b, h = g - c;
        long i = a * (long) b, j = i ^ c, k = j * d, l = k + e, m = l ^ f, n = m * g, o = n - h, p = o ^ i;
        int result = goOn(chain, place);
        return result + (int) (a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
    }

    /** With arguments on the stack, of which compiled code and the interpreter have different ideas. */
    static int many(Chain chain, int place, int a, int b, int c, int d, int e, long f, double g, long h) {
        return goOn(chain, place) + a + b + c + d + e + (int) (f + g + h);
    }

    static synchronized int locked(Chain chain, int place) {
        return goOn(chain, place) + 1;
    }

    int instance(Chain chain, int place) {
        return goOn(chain, place) + 1;
    }

    static int interpretedPlain(Chain chain, int place) {
        return goOn(chain, place) + 1;
    }

    static int interpretedMany(Chain chain, int place, long a, int b, double c, int d, int e, long f, int g, int h) {
        return goOn(chain, place) + (int) (a + b + c + d + e + f + g + h);
    }

    static int goOn(Chain chain, int place) {
        if (place == chain.kinds.length) {
            return site(chain);
        }
        int next = place + 1;
        switch (chain.kinds[place]) {
            case 0: return plain(chain, next);
            case 1: return saving(chain, next);
            case 2: return many(chain, next, 1, 2, 3, 4, next, 6L, 7.0, 8L);
            case 3: return locked(chain, next);
            case 4: return INSTANCE.instance(chain, next);
            case 5: return interpretedPlain(chain, next);
            default: return interpretedMany(chain, next, 1L, 2, 3.0, next, 5, 6L, 7, 8);
        }
    }

    static void run(Chain chain) {
        for (int i = 0; i < REPEATS; i++) {
            sink += goOn(chain, 0);
        }
    }

    static void runAll(List<Chain> chains) {
        for (int i = 0; i < chains.size(); i++) {
            run(chains.get(i));
        }
    }

    private static List<Chain> choose(Random random, int count, int shortest, int longest) {
        List<Chain> chains = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] kinds = new byte[shortest + random.nextInt(longest - shortest + 1)];
            for (int place = 0; place < kinds.length; place++) {
                kinds[place] = (byte) random.nextInt(KINDS.size());
            }
            chains.add(new Chain(i, kinds));
        }
        return chains;
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(OUTSIDE);
        names.addAll(KINDS);
        names.add("site");
        return names;
    }

    private static String stackOf(Chain chain) {
        List<Integer> frames = new ArrayList<>(List.of(0, 1, 2, 3));
        for (byte kind : chain.kinds) {
            frames.add(OUTSIDE.size() + kind);
            frames.add(OUTSIDE.indexOf("goOn"));
        }
        frames.add(names().indexOf("site"));
        return String.format("{\"frames\":%s,\"bytes\":%d,\"calls\":%d}", frames, sizeOf(chain) * REPEATS,
                REPEATS);
    }

    private static String truthOf(List<Chain> chains) {
        String stacks = chains.stream().map(JavaChains::stackOf).collect(Collectors.joining(","));
        return "{\"names\":[\"" + String.join("\",\"", names()) + "\"],\"stacks\":[" + stacks + "]}";
    }

    private static Unsafe unsafe() {
        try {
            Field field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException problem) {
            throw new IllegalStateException(problem);
        }
    }

    public static void main(String[] args) throws Exception {
        int[] numbers = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
        List<Chain> chains = choose(new Random(numbers[0]), numbers[1], numbers[2], numbers[3]);
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        System.out.println("ready");
        for (String command; (command = commands.readLine()) != null; ) {
            boolean traced = !command.matches("[0-9]+");
            base = traced ? TRACED : UNTRACED;
            for (int i = traced ? 1 : Integer.parseInt(command); i > 0; i--) {
                runAll(chains);
            }
            System.out.println(traced ? truthOf(chains) : "warm");
        }
    }
}
