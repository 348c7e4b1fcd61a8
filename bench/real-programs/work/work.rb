# JSON, strings, zlib, digests, fibers (each with a stack of its own) and threads.
require 'digest'
require 'json'
require 'zlib'

def nested(depth)
  depth.zero? ? nil : { "level #{depth}" => [1.5, 'x' * 500, nested(depth - 1)] }
end

def in_fibers
  fiber = Fiber.new do
    text = 'a' * 3000
    Fiber.yield text.sub('a', 'b')
    [1, 2, 3].map { |size| 'z' * (size * 1000) }
  end
  2.times { fiber.resume }
  numbers = [1, 2, 3].each
  3.times { 'n' * (1000 * numbers.next) }
end

def turn(number)
  text = JSON.generate(nested(8))
  JSON.parse(text).to_s.gsub(/x+/, &:upcase)
  Digest::SHA256.hexdigest(Zlib::Inflate.inflate(Zlib::Deflate.deflate(text)))
  in_fibers
  Thread.new { ('q' * 2000).reverse }.join if (number % 50).zero?
  (1..500).to_h { |key| ["key #{key}", 'v' * 100] }.sort_by { |key, value| value + key }
end

(0..).each { |number| turn(number) }
