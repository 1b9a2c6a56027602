// What no_floats.sh must find, a function each, and integer_*, in which it must find nothing.
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace czip::test {

double float_sum(const double* x, int n);
double float_sum(const double* x, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += x[i];
  return sum;
}
void float_scale(float* x);
void float_scale(float* x) {
  for (int i = 0; i < 64; ++i) x[i] *= 3;
}
bool float_less(float a, float b);
bool float_less(float a, float b) { return a < b; }
double float_from_integer(std::int64_t x);
double float_from_integer(std::int64_t x) { return static_cast<double>(x); }
std::int32_t float_to_integer(float x);
std::int32_t float_to_integer(float x) { return static_cast<std::int32_t>(x); }
double float_log(double x);
double float_log(double x) { return std::log(x); }
double float_text(const char* text);
double float_text(const char* text) { return std::strtod(text, nullptr); }
void float_long(long double* x);
void float_long(long double* x) { *x = *x * *x + 1; }

void integer_scale(std::int32_t* x);
void integer_scale(std::int32_t* x) {
  for (int i = 0; i < 64; ++i) x[i] = x[i] * 3 + 1;
}
struct Copied {
  double values[8];
};
void integer_copy(Copied& to, const Copied& from);
void integer_copy(Copied& to, const Copied& from) { to = from; }

}  // namespace czip::test
