"""What others do about a cast: plain matching, grey world, Reinhard; to stand beside in a comparison."""
