"""What is known of the world beyond an image: end-of-life dates, programs, secrets, base images, publishers."""

__all__: list[str] = []
