# JSON, regular expressions, hashes and digests.
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use JSON::PP qw(encode_json decode_json);

sub nested {
    my $depth = shift;
    return $depth ? { "level $depth" => [1.5, 'x' x 500, nested($depth - 1)] } : undef;
}

while (1) {
    my $text = encode_json(nested(5));
    (my $loud = encode_json(decode_json($text))) =~ s/(x+)/uc $1/ge;
    sha256_hex($loud);
    my %pages = map { ("page $_" => 'v' x (100 + $_)) } 1 .. 500;
    join ',', sort { $pages{$a} cmp $pages{$b} } keys %pages;
}
