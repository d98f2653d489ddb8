"""The instructor's side: build notebooks, execute them, grade a class, publish what came out."""
