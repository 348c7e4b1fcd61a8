<?php
// JSON, regular expressions, arrays, and fibers: each has a stack of its own.

function nested(int $depth): ?array
{
    return $depth ? ["level $depth" => [1.5, str_repeat('x', 500), nested($depth - 1)]] : null;
}

function turn(): void
{
    $text = json_encode(json_decode(json_encode(nested(8)), true));
    preg_replace_callback('/x+/', fn (array $found) => strtoupper($found[0]), $text);
    $fiber = new Fiber(function (): void {
        $sizes = array_map('md5', [str_repeat('a', 3000)]);
        Fiber::suspend(count($sizes));
        implode(',', array_fill(0, 500, 'b'));
    });
    $fiber->start();
    $fiber->resume();
    $pages = range(1, 1000);
    shuffle($pages);
    sort($pages);
    unserialize(serialize($pages));
}

while (true) {
    turn();
}
