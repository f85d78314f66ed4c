// Exceptions across threads, and OpenMP.
#include <exception>
#include <iostream>
#include <stdexcept>
#include <thread>

int main() {
    std::exception_ptr caught;
    std::thread([&] {
        try {
            throw std::runtime_error("thrown in a thread");
        } catch (...) {
            caught = std::current_exception();
        }
    }).join();
    try {
        std::rethrow_exception(caught);
    } catch (const std::exception &error) {
        std::cout << "caught " << error.what() << std::endl;
    }
    int sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int number = 1; number <= 100; number++)
        sum += number;
    std::cout << sum << std::endl;
}
