"""The tested code behind the book: what a lesson shows in a few lines stands here, held against independent oracles."""
